"""From raw files to releases: `python -m etl`."""

import os

# Before numpy is loaded: threads for vectors this short only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
