"""Loading one's own figures: a file and a declaration in, tidy rows out; no code written.

declaration = read_declaration(path)            beside the file, or inside a filled template
tidied = tidy(path, declaration, catalogue, out, source="bureau")
proposal = propose(path, catalogue)             for a file that has no declaration yet
workbook = template(["certificates_valid"], catalogue, words)
"""
