"""What changed in an outside calendar and what to do about it: decided here, carried out by models."""
