"""A whole release as a package of open data: one set of tables, told in four standards.

    columns           what tables and their columns are; the table of observations
    reference_tables  the tables that it refers to: code lists, citations, sources, targets
    descriptor        Frictionless Data Package 2: datapackage.json
    csvw              CSV on the Web, of the same files: csv-metadata.json
    sdmx              SDMX-ML 3.0 structures, and the observations' columns as SDMX-CSV 2.0
    read_me           the same for people, in both languages
    release_package   all of it written to a folder or a .zip, whole or not at all

Nothing here is for a spreadsheet: no cell is altered, so what is read is what was published. Files
for spreadsheets are those of the pages, in which no text is run as a formula (`exports.downloads`).
"""
