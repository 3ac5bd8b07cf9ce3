"""The columns of every table of a folder of leases, and of the lines of a bank.

The reference of these files is generated from here (``tools/generate``).
"""

from huiguan.foundation.readers.sheets import Column
from huiguan.housing.people.forms import A_DAY, YES_NO

RENTS, LEASES, PAYERS, OPENING = "rents.csv", "leases.csv", "payers.csv", "opening.csv"
OWN_ID = "your own id"
YUAN = "yuan, at most two places"
REST, EVEN = "rest", "even"
ARREARS, DEPOSIT = "arrears", "deposit"
BOOK = "rents"
STATES = ("open", "accepted", "staying", "refused", "expired", "given_up", "let")
REPLIES = ("accept", "stay", "refuse")

RENT_COLUMNS = (
    Column("home", "code of a place, or a programme", "what the row is about; of both the place"
           " counts", "MQ-01.small", chinese="房源或项目"),
    Column("start", A_DAY, "from which day; a later row follows it", "2026-01-01",
           chinese="起始日"),
    Column("rent", YUAN, "rent of a month", "2700.00", chinese="月租金"),
    Column("market", YUAN, "assessed market rent of a month", "3000.00", chinese="市场租金"),
)  # fmt: skip
LEASE_COLUMNS = (
    Column("lease", OWN_ID, "the lease", "L0001", chinese="合同编号"),
    Column("place", "code of a flat, room or bed", "the home", "MQ-01-102", chinese="房源编号"),
    Column("scheme", "word", "whose rules hold", "arh", (), "arh", "保障类别"),
    Column("lessee", OWN_ID, "who signed", "P03", chinese="承租人"),
    Column("by_employer", "word", "the lessee is an employer, and may exchange who lives there",
           "no", YES_NO, "no", "单位承租"),
    Column("occupants", "own ids with blanks between", "who lives there", "P03",
           chinese="入住人"),
    Column("start", A_DAY, "first day", "2026-10-01", chinese="起始日"),
    Column("end", A_DAY, "first day after it", "2027-10-01", chinese="终止日"),
    Column("left", f"{A_DAY}, or empty", "first day on which nobody of it lived there any more",
           "", (), "", "退房日"),
    Column("rent", YUAN, "rent of a month", "2700.00", chinese="月租金"),
    Column("deposit", YUAN, "deposit asked", "2700.00", (), "0", "押金"),
    Column("charged_from", f"{A_DAY}, or empty", "first day whose rent stands in these books; by"
           " default the first day", "", (), "", "计租起始日"),
    Column("follows", f"{OWN_ID}, or empty", "the lease it renews or changes", "", (), "",
           "续签自"),
    Column("book", OWN_ID, "the legal entity whose rent it is", BOOK, (), BOOK, "账簿"),
    Column("programme", "name, or empty", "whose row of rents.csv counts where the place has none",
           "MQ-01.small", (), "", "项目"),
    Column("round", "text, or empty", "the round that gave the home", "", (), "", "轮次"),
    Column("application", "number, or empty", "the application in it", "00000001X", (), "",
           "申请号码"),
)  # fmt: skip
PAYER_COLUMNS = (
    Column("lease", OWN_ID, "the lease", "L0001", chinese="合同编号"),
    Column("payer", OWN_ID, "who pays; a lease without a row is paid by its lessee", "ACME",
           chinese="付款人"),
    Column("share", "yuan a month, a share like 40%, `rest`, or `even`", "one payer takes the"
           " rest, or several take it evenly and the odd fen in turn", "300.00",
           chinese="份额"),
    Column("account", "text, or empty", "name under which the bank shows the payer", "", (), "",
           "银行户名"),
)  # fmt: skip
OPENING_COLUMNS = (
    Column("of", "own id of a payer; of a deposit that of the lease", "whose it is", "P03",
           chinese="对象编号"),
    Column("kind", "word", "what it is", ARREARS, (ARREARS, DEPOSIT), chinese="类型"),
    Column("amount", YUAN, "owed, or held; arrears below zero were paid too much", "1200.00",
           chinese="金额"),
    Column("on", A_DAY, "since when it is owed or held", "2026-08-01", chinese="日期"),
    Column("book", OWN_ID, "the legal entity", BOOK, (), BOOK, "账簿"),
)  # fmt: skip


PAYMENTS = "payments.csv"
BANK_COLUMNS = (
    Column("reference", "the bank's own number", "the line; one counts once", "20261003-0017",
           chinese="流水号"),
    Column("on", A_DAY, "when the money came", "2026-10-03", chinese="入账日"),
    Column("amount", YUAN, "how much came", "2700.00", chinese="金额"),
    Column("from", "text, or empty", "name of the account it came from", "", (), "", "对方户名"),
    Column("text", "text, or empty", "what the payer wrote; ids of leases and payers are found"
           " in it", "rent L0001", (), "", "附言"),
    Column("payer", f"{OWN_ID}, or empty", "the payer, as the office found out", "", (), "",
           "付款人"),
    Column("lease", f"{OWN_ID}, or empty", "a lease whose deposit it is", "", (), "", "押金合同"),
)  # fmt: skip
KEPT_COLUMNS = (
    *BANK_COLUMNS,
    Column("book", OWN_ID, "the legal entity whose bank it is", "rents", chinese="账簿"),
    Column("matched", "text, or empty", "the account it was posted to; empty: it waits", "",
           (), "", "入账科目"),
)  # fmt: skip
OFFERS, ROUND_ANSWERS = "offers.csv", "answers.csv"
OFFER_COLUMNS = (
    Column("round", "text", "the round that gave the home", "my-round-2026-09", chinese="轮次"),
    Column("offer", "whole number", "the offers of a round are numbered as they are made", "1",
           chinese="通知编号"),
    Column("number", "number", "the application in the round", "00000001X", chinese="申请号码"),
    Column("application", OWN_ID, "the application", "2026-0117", chinese="申请编号"),
    Column("programme", "name", "what the round gave", "MQ-01.small", chinese="项目"),
    Column("place", "code of a flat, room or bed", "the home", "MQ-01-102", chinese="房源编号"),
    Column("made_on", A_DAY, "when it was made", "2026-09-03", chinese="发出日"),
    Column("answer_by", A_DAY, "the last day to answer", "2026-09-06", chinese="答复期限"),
    Column("state", "word", "where it stands", "open", STATES, chinese="状态"),
    Column("answered_on", f"{A_DAY}, or empty", "when it was answered", "", (), "", "答复日"),
)  # fmt: skip
ANSWER_COLUMNS = (
    Column("application", "your own id, or the number in the round", "whose answer it is",
           "2026-0117", chinese="申请编号"),
    Column("answer", "word", "`accept` signs a lease, `stay` keeps the home and a place in line",
           "accept", REPLIES, "accept", "答复"),
    Column("on", f"{A_DAY}, or empty", "when it was given; by default --on", "2026-09-04", (), "",
           "答复日"),
    Column("start", f"{A_DAY}, or empty", "first day of the lease; by default --start",
           "2026-10-01", (), "", "起始日"),
    Column("end", f"{A_DAY}, or empty", "first day after it; by default --months later",
           "2027-10-01", (), "", "终止日"),
    Column("lessee", f"{OWN_ID}, or empty", "who signs; by default the applicant", "P03", (), "",
           "承租人"),
    Column("by_employer", "word", "the lessee is an employer", "no", YES_NO, "no", "单位承租"),
    Column("occupants", "own ids with blanks between, or empty", "who will live there; by default"
           " everybody of the application", "P03", (), "", "入住人"),
    Column("rent", f"{YUAN}, or empty", "rent of a month; by default that of rents.csv", "2700.00",
           (), "", "月租金"),
    Column("deposit", f"{YUAN}, or empty", "by default the most that the rules allow", "2700.00",
           (), "", "押金"),
    Column("payers", "payers with their shares, or empty", "like P17=300 ACME=rest; by default the"
           " lessee pays", "P17=300 ACME=rest", (), "", "付款人"),
)  # fmt: skip
READ_BY = ("lease check", "lease close", "lease pay", "lease owed")
TABLES = {  # what each says, which commands read it, its columns
    RENTS: ("What homes cost, and the market rent that bounds it, from a day on.", READ_BY,
            RENT_COLUMNS),
    LEASES: ("Who has which home from when to when.", READ_BY, LEASE_COLUMNS),
    PAYERS: ("Who pays which part; may be missing.", READ_BY, PAYER_COLUMNS),
    OPENING: ("What was owed and held before these books; may be missing.", ("lease close",),
              OPENING_COLUMNS),
}  # fmt: skip
