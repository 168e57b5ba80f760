"""What must hold before rows may enter the database."""
