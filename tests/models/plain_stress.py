"""The stress of a day once more, person by person: plain Python over the estates of the members."""

from collections.abc import Mapping

from huiguan.exchange.clearing.default.estate import Account, Estate


def gain_fen(account: Account, move_fen: Mapping[str, int]) -> int:
    """Return what a trading code gains when a lot of each contract gains ``move_fen``."""
    sign = {"long": 1, "short": -1}
    return sum(sign[row.side] * row.lots * move_fen[row.instrument] for row in account.held)


def loss_of(estate: Estate, move_fen: Mapping[str, int]) -> tuple[int, int, int, int]:
    """Return what own account and clients owe, clients' money with banks, and own money."""
    house, clients, owed = estate.house_fen, 0, 0
    for account in estate.accounts:
        gain = gain_fen(account, move_fen)
        if account.house:
            house += gain
        else:
            clients += account.equity_fen
            if account.equity_fen + gain < 0:
                owed -= account.equity_fen + gain
    own = estate.collateral_fen
    elsewhere = 0
    if house > 0:
        own += house
    if estate.clients_fen > clients:
        own += estate.clients_fen - clients
    else:
        elsewhere = clients - estate.clients_fen
    return (-house if house < 0 else 0), owed, elsewhere, own
