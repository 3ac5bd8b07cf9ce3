"""What stays when a day is over: express, rankings; and what holds for years: calendar, words."""
