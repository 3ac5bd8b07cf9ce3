"""What is done about days: measures of a live one, decisions about its evening, emergencies."""
