"""Payments as ISO 20022 writes them: pain.001.001.03, one debtor account a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"


class PaymentOut(NamedTuple):
    """A payment that a bank is asked for."""

    reference: str  # end to end: the bank's statement says it again
    payee: str
    account: str
    amount_fen: int
    words: str


class PaymentOrder(NamedTuple):
    """A file of payments out of one account."""

    name: str  # of the message, unique
    at: str  # 2026-08-21T15:00:00
    day: str  # 2026-08-21, on which the bank pays
    payer: str
    account: str
    payments: Sequence[PaymentOut]


def yuan(amount_fen: int) -> str:
    """Return yuan with two decimals and nothing else."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def element(name: str, *inner: str, **attributes: str) -> str:
    """Return an element; what is in it is marked up already."""
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{given}>{''.join(inner)}</{name}>"


def text(name: str, words: str, most: int = 140, **attributes: str) -> str:
    """Return an element that holds a text, as long as the standard lets it be."""
    return element(name, escape(words[:most]), **attributes)


def account(name: str, number: str) -> str:
    """Return an account by its number."""
    return element(name, element("Id", element("Othr", text("Id", number, 34))))


def pain_of(order: PaymentOrder) -> bytes:
    """Return the file; the same order gives the same bytes."""
    total = yuan(sum(payment.amount_fen for payment in order.payments))
    count = str(len(order.payments))
    head = element(
        "GrpHdr",
        text("MsgId", order.name, 35),
        text("CreDtTm", order.at),
        text("NbOfTxs", count),
        text("CtrlSum", total),
        element("InitgPty", text("Nm", order.payer)),
    )
    unknown = element("FinInstnId", element("Othr", text("Id", "NOTPROVIDED")))
    paid = element(
        "PmtInf",
        text("PmtInfId", order.name, 35),
        text("PmtMtd", "TRF"),
        text("NbOfTxs", count),
        text("CtrlSum", total),
        text("ReqdExctnDt", order.day),
        element("Dbtr", text("Nm", order.payer)),
        account("DbtrAcct", order.account),
        element("DbtrAgt", unknown),
        *(
            element(
                "CdtTrfTxInf",
                element("PmtId", text("EndToEndId", payment.reference, 35)),
                element("Amt", text("InstdAmt", yuan(payment.amount_fen), Ccy="CNY")),
                element("Cdtr", text("Nm", payment.payee)),
                account("CdtrAcct", payment.account),
                element("RmtInf", text("Ustrd", payment.words)),
            )
            for payment in order.payments
        ),
    )
    body = element("Document", element("CstmrCdtTrfInitn", head, paid), xmlns=SPACE)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()
