"""Files of the warehouse: places, holders, brands and steps of warrants; positions and payments."""
