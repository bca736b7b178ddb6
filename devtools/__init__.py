"""What ./dev does, one module a verb. Standard library only: it runs before anything is installed."""
