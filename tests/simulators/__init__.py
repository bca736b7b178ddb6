"""Stand-ins for the servers of the vendors: with state, checked against the vendors' schemas, on loopback only."""
