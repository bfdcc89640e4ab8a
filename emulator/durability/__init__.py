"""Sites that outlive the process: the state file, and what keeps it up to date. Imported only with `--state`."""
