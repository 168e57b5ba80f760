"""The gate: figures and raw files move together, in one transaction, as one release."""
