"""Tables that people keep in spreadsheets, read as UTF-8 CSV whatever program wrote them."""
