"""From raw files to releases: `python -m etl`."""

import os
import warnings

# Before numpy is loaded: threads for vectors this short only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# PySpark says so when a cluster is asked to count: no analyst can do anything about it.
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
