"""How the office runs: settings, the application, the process."""
