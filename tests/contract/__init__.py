"""What every calendar adapter has to pass, against real servers or stand-ins with state."""
