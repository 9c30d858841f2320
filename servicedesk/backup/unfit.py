class Unfit(Exception):
    """Says in a sentence why a backup cannot be made or taken back."""
