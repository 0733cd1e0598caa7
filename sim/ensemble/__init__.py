"""Many runs: cells, their journal, the executor, sweeps and bands."""
