"""Any file as texts with sheet, row and column: text files, workbooks, Parquet."""
