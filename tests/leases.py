"""Folders of leases for tests, written as an office writes them."""

from pathlib import Path

TABLES = {
    "rents.csv": (
        "home,start,rent,market\nMQ-01.small,2026-01-01,2700,3000\nB1,2026-01-01,550,700\n"
    ),
    "leases.csv": (
        "lease,place,scheme,lessee,by_employer,occupants,start,end,rent,deposit,programme\n"
        "L1,A1,arh,ann,no,ann bob,2026-10-17,2027-10-17,2700,2700,MQ-01.small\n"
        "L2,B1,bed,ACME,yes,cat,2026-10-01,2027-10-01,550,550,\n"
        "L3,A2,arh,dan,no,dan,2026-10-01,2028-10-01,2000.01,0,MQ-01.small\n"
    ),
    "payers.csv": (
        "lease,payer,share,account\nL2,cat,300,\nL2,ACME,rest,Acme Ltd\n"
        "L3,dan,even,\nL3,eve,even,\n"
    ),
    "opening.csv": "of,kind,amount,on\nann,arrears,100.00,2026-08-01\n",
}
BANK = (
    "reference,on,amount,from,text\n"
    "1,2026-10-20,1306.45,,rent L1\n2,2026-10-05,250,Acme Ltd,\n"
    "3,2026-10-09,12,nobody,hello\n4,2026-10-09,2700,,deposit L1\n"
)


def write_leases(folder: Path, **changes: str) -> Path:
    """Write a folder of leases that is right, with other texts for some tables; return it."""
    folder.mkdir(parents=True)
    for name, text in TABLES.items():
        (folder / name).write_text(changes.get(name.partition(".")[0], text), "utf-8")
    return folder
