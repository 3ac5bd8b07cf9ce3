"""The core: orders, books, auctions, funds and positions, one compiled call a batch."""
