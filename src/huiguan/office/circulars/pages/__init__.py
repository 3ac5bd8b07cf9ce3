"""The public page of circulars, and the desk that drafts them."""
