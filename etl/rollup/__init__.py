"""Certificate-level microdata to counts by region, industry, size, scheme and period."""
