"""What the commands have in common: how a table is read, how it is drawn, what is said of it, how they end."""
