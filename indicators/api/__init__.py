"""The figures for programs, under `/api/v1`: routes of the server that shows the pages.

    problem_json   what is wrong with a question, as RFC 9457 has it, in both languages
    questions      an address → a question that can be answered: release, codes, dates, format
    sdmx_queries   the same of what clients of SDMX ask
    formats        tables and streams of figures → JSON, CSV, Parquet, SDMX-CSV
    answers        what there is to ask for: releases, code lists, figures, targets, verdicts
    resources      each of these with its address and its parameters
    description    the same told to programs, as OpenAPI 3.1
    announcements  the data catalogue and the feed of releases
    routes         the routes, and what all answers have in common

The gate of `indicators.access` stands before them as before every page.
"""
