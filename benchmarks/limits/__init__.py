"""Three windows of one user share one endpoint's limits: what its server sees, and who waits how long."""
