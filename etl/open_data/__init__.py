"""Figures that come as open data: taken in as files of one's own, by what their package says.

    contents      a folder or a .zip of files: bounded, and never a file outside of it
    described     what Data Package, CSVW and SDMX-CSV say of their tables → declarations
    own_release   of a release that this program gave out: what of it is not public yet
    made_up       of one of demonstration figures: the whole of it, for their own dataset
    taken         packages and files named on a command → files, each with its declaration

From there on it is the road of every file: `etl.intake`.
"""
