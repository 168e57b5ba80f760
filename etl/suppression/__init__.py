"""Small numbers: what is suppressed on publication, protected, kept out of texts, taken back."""
