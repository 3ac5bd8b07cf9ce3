"""Explanations in words, Chinese and English side by side: the rule, the inputs, the arithmetic."""

from huiguan.exchange.evening.explanations.steps import CitedStep, Explanation
from huiguan.foundation.calendars import show_day

ROUNDINGS = {
    "down": ("舍去尾数", "down"),
    "up": ("进一", "up"),
    "half_up": ("四舍五入", "half up"),
    "half_even": ("四舍六入五成双", "half to even"),
}
OFFSET_WORDS = {
    "open": ("开仓", "open"),
    "close": ("平仓", "close"),
    "force_close": ("强平", "forced close"),
    "close_today": ("平今", "close today"),
    "close_yesterday": ("平昨", "close yesterday"),
}
FIRST_DAY = 19901219  # a rule whose first day nobody found is in the books from here
FLAGS = {"general": ("一般", "general"), "hedge": ("套保", "hedging")}
TITLES = {
    "settlement": ("{subject} 当日结算价", "Settlement price of {subject}"),
    "limit": ("{subject} 下一交易日涨跌停板", "Price limits of {subject} on the next trading day"),
    "margin": ("{subject} 交易保证金", "Trading margin of {subject}"),
    "fees": ("{subject} 手续费", "Fees of {subject}"),
    "call": ("会员 {subject} 结算准备金", "Clearing deposit of member {subject}"),
}
SENTENCES: dict[str, tuple[str, str]] = {
    "previous": ("上一交易日结算价 {price}", "previous settlement price {price}"),
    "average": (
        "成交额 {turnover} ÷ (成交量 {volume} 手 × 每手 {lot_size}) = {mean}",
        "turnover {turnover} / (volume {volume} lots x lot size {lot_size}) = {mean}",
    ),
    "cut": ("按最小变动价位 {tick} 取整: {rounding}", "rounded to the tick {tick}: {rounding}"),
    "by_last_hour": ("取最后一小时成交量加权平均价", "volume-weighted mean of the last hour"),
    "by_middle_of_quotes": (
        "无成交, 收盘有买卖报价: 取买价、卖价、上日结算价三者居中的价格",
        "no trade, both quotes at the close: the middle of bid, ask and previous settlement",
    ),
    "by_locked_limit": (
        "无成交, 收盘前五分钟单边报价于停板: 取停板价",
        "no trade, one-sided at the limit for the last five minutes: the limit price",
    ),
    "by_reference_contract": (
        "无成交: 按前一有成交月份合约的涨跌幅计算",
        "no trade: moved as the nearest preceding month that traded",
    ),
    "reference_relative": (
        (
            "{reference} 由 {before} 变为 {now}: {previous} × {now} ÷ {before} = {mean},"
            " 不超过停板, 按 {tick} {rounding}"
        ),
        (
            "{reference} went from {before} to {now}: {previous} x {now} / {before} = {mean},"
            " kept inside the limits, to tick {tick} {rounding}"
        ),
    ),
    "reference_additive": (
        (
            "{reference} 由 {before} 变为 {now}: {previous} + {now} - {before} = {mean},"
            " 不超过停板, 按 {tick} {rounding}"
        ),
        (
            "{reference} went from {before} to {now}: {previous} + {now} - {before} = {mean},"
            " kept inside the limits, to tick {tick} {rounding}"
        ),
    ),
    "by_previous_settlement": ("无成交: 取上一交易日结算价", "no trade: previous settlement price"),
    "by_halted": ("当日停牌: 取上一交易日结算价", "halted: previous settlement price"),
    "by_decided": (
        "由交易所决定: 指令 {reference}, 经办 {maker}, 复核 {checker}",
        "decided by the exchange: instruction {reference}, maker {maker}, checker {checker}",
    ),
    "settled": ("结算价 = {price}", "settlement price = {price}"),
    "circular_limit": ("公告规定的停板幅度 {rate}", "limit set by circular {rate}"),
    "decided_limit": (
        (
            "由交易所决定, 代替公告与单边市规定: 指令 {reference}, 经办 {maker}, 复核 {checker}:"
            " {rate}"
        ),
        (
            "decided by the exchange instead of circular and lock: instruction {reference},"
            " maker {maker}, checker {checker}: {rate}"
        ),
    ),
    "locked_added": (
        (
            "同方向单边市第 {day} 日 (D{day}), 首日幅度 {first}:"
            " 该幅度与公告幅度取高, 加 {points} = {rate}"
        ),
        (
            "locked in one direction, day {day} (D{day}); limit of D1 {first}:"
            " the higher of it and the circular's, + {points} = {rate}"
        ),
    ),
    "locked_higher": (
        (
            "同方向单边市第 {day} 日 (D{day}), 首日幅度 {first}:"
            " 该幅度加 {points}, 与公告幅度取高 = {rate}"
        ),
        (
            "locked in one direction, day {day} (D{day}); limit of D1 {first}:"
            " the higher of it + {points} and the circular's = {rate}"
        ),
    ),
    "locked_alone": (
        ("同方向单边市第 {day} 日 (D{day}), 公告尚未生效: 首日幅度 {first} 加 {points} = {rate}"),
        (
            "locked in one direction, day {day} (D{day}), so the circular does not hold yet;"
            " limit of D1 {first} + {points} = {rate}"
        ),
    ),
    "new_contract_limit": (
        "新合约成交前为公告幅度的 {multiple} 倍 = {rate}",
        "a new contract before its first trade: {multiple} times the circular's = {rate}",
    ),
    "expired": ("本日为最后交易日, 次日不再交易", "this was its last trading day"),
    "halted": ("次日停牌", "no trading on the next trading day"),
    "upper": (
        "涨停板 {settlement} × (1 + {rate}) = {exact}, 按 {tick} {rounding} → {limit}",
        "upper limit {settlement} x (1 + {rate}) = {exact}, to tick {tick} {rounding} -> {limit}",
    ),
    "lower": (
        "跌停板 {settlement} × (1 - {rate}) = {exact}, 按 {tick} {rounding} → {limit}",
        "lower limit {settlement} x (1 - {rate}) = {exact}, to tick {tick} {rounding} -> {limit}",
    ),
    "margin_long": (
        (
            "{instrument} 买持 {lots} 手 ({flag}): "
            "{settlement} × {lot_size} × {lots} × {rate} = {margin}"
        ),
        (
            "{instrument} long {lots} ({flag}): "
            "{settlement} x {lot_size} x {lots} x {rate} = {margin}"
        ),
    ),
    "margin_short": (
        (
            "{instrument} 卖持 {lots} 手 ({flag}): "
            "{settlement} × {lot_size} × {lots} × {rate} = {margin}"
        ),
        (
            "{instrument} short {lots} ({flag}): "
            "{settlement} x {lot_size} x {lots} x {rate} = {margin}"
        ),
    ),
    "rate_higher": (
        "{instrument} ({flag}) 比例: 公告 {circular} 与时间梯度 {ladder} 取高 = {rate}",
        (
            "{instrument} ({flag}) rate: the higher of circular {circular}"
            " and ladder {ladder} = {rate}"
        ),
    ),
    "rate_locked": (
        (
            "{instrument} ({flag}) 比例: 同方向单边市第 {day} 日, 次日停板幅度 {limit} 加 {over},"
            " 与公告 {circular}、时间梯度 {ladder}、此前比例 {before} 取高 = {rate}"
        ),
        (
            "{instrument} ({flag}) rate: locked in one direction, day {day}: the highest of"
            " tomorrow's limit {limit} + {over}, circular {circular}, ladder {ladder} and the rate"
            " before {before} = {rate}"
        ),
    ),
    "rate_waiting": (
        (
            "{instrument} ({flag}) 比例: 同方向单边市第 {day} 日, 公告 {circular} 尚未生效,"
            " 次日停板幅度 {limit} 加 {over}, 与时间梯度 {ladder}、此前比例 {before} 取高 = {rate}"
        ),
        (
            "{instrument} ({flag}) rate: locked in one direction, day {day}; circular {circular}"
            " does not hold yet: the highest of tomorrow's limit {limit} + {over}, ladder {ladder}"
            " and the rate before {before} = {rate}"
        ),
    ),
    "rate_decided": (
        (
            "{instrument} ({flag}) 比例: 交易所决定 {decided} (指令 {reference}, 经办 {maker},"
            " 复核 {checker}) 与时间梯度 {ladder} 取高 = {rate}"
        ),
        (
            "{instrument} ({flag}) rate: the higher of {decided}, decided by the exchange"
            " (instruction {reference}, maker {maker}, checker {checker}), and ladder {ladder}"
            " = {rate}"
        ),
    ),
    "rate_raised": (
        (
            "{instrument} ({flag}) 累计涨跌幅达到标准, 加 {points} (指令 {reference}, 经办 {maker},"
            " 复核 {checker}) = {rate}"
        ),
        (
            "{instrument} ({flag}) rate after a far move: + {points} (instruction {reference},"
            " maker {maker}, checker {checker}) = {rate}"
        ),
    ),
    "margin_backed": (
        "{instrument} 卖持 {lots} 手以标准仓单作抵, 不收保证金",
        "{instrument} short {lots} backed by standard warrants: no margin",
    ),
    "margin_expired": (
        "{instrument} 已到期, 转为交割保证金",
        "{instrument} expired; kept as delivery margin",
    ),
    "larger_side": (
        "{product}: 单向大边 max(买 {long}, 卖 {short}) = {margin}",
        "{product}: larger side max(long {long}, short {short}) = {margin}",
    ),
    "both_sides": ("{product}: 双边收取 {margin}", "{product}: both sides are charged {margin}"),
    "larger_and_both": (
        "{product}: 单向大边 max(买 {long}, 卖 {short}) + 双边收取的合约 {both} = {margin}",
        (
            "{product}: larger side max(long {long}, short {short})"
            " + contracts charged on both sides {both} = {margin}"
        ),
    ),
    "margin_total": ("交易保证金合计 {margin}", "trading margin in all {margin}"),
    "margin_kept": (
        "{instrument} 待交割 买 {long} 卖 {short} 手: 交割保证金 {margin}, {until} 结算时返还",
        (
            "{instrument}, {long} lots long and {short} short to be delivered: delivery margin"
            " {margin}, returned at the clearing of {until}"
        ),
    ),
    "fee_per_lot": (
        "成交 {number} {instrument} {offset} {lots} 手 × {per_lot} = {fee}",
        "trade {number} {instrument} {offset}, lots {lots} x {per_lot} = {fee}",
    ),
    "fee_rate": (
        (
            "成交 {number} {instrument} {offset}: {price} × {lot_size} × {lots} 手"
            " = 成交额 {turnover}; × {rate} = {fee}"
        ),
        (
            "trade {number} {instrument} {offset}: {price} x {lot_size} x lots {lots}"
            " = turnover {turnover}; x {rate} = {fee}"
        ),
    ),
    "fee_free": (
        "成交 {number} {instrument} {offset} {lots} 手: 免收手续费",
        "trade {number} {instrument} {offset}, lots {lots}: free of charge",
    ),
    "order_fee": (
        "申报费 {instrument}: 信息量 {messages}, 有成交报单 {executed}, 费用 {fee}",
        "order fee {instrument}: {messages} messages, {executed} orders executed: {fee}",
    ),
    "fee_cash": ("现金交割手续费 {fee} (另计)", "fee of cash settlement {fee} (apart)"),
    "fee_total": (
        "手续费合计 {fee} (逐笔四舍五入到分后相加)",
        "fees in all {fee} (each trade half up to the fen, then summed)",
    ),
    "deposit": (
        (
            "{pool} ({codes} 个交易编码): 上日余额 {before} + 上日保证金 {margin_before}"
            " - 保证金 {margin} + 质押可用 {usable} - 上日质押可用 {usable_before} + 盈亏 {profit}"
            " + 入金 {deposits} - 出金 {withdrawals} - 手续费 {fees} = {balance}"
        ),
        (
            "{pool} ({codes} trading codes): balance before {before} + margin before"
            " {margin_before} - margin {margin} + collateral {usable} - collateral before"
            " {usable_before} + profit {profit} + deposits {deposits} - withdrawals {withdrawals}"
            " - fees {fees} = {balance}"
        ),
    ),
    "call": (
        "最低余额 {minimum}, 余额 {balance}, 应追加 {call}",
        "minimum {minimum}, balance {balance}, to be paid in {call}",
    ),
    "outcome_none": ("余额充足, 无需追加", "the minimum is kept, nothing is to be paid in"),
    "outcome_close_only": (
        "到期未补足: 不得开新仓",
        "if unanswered at the deadline: no new positions",
    ),
    "outcome_forced_liquidation": (
        "到期未补足: 强行平仓",
        "if unanswered at the deadline: forced liquidation",
    ),
}


def products(cited: CitedStep) -> str:
    """Return the products a rule is used for, in brackets; nothing where there is one subject."""
    return f" ({', '.join(cited.products)})" if cited.products else ""


def since(effective: int) -> str:
    """Return from when a rule holds."""
    return (
        "始日不详 first day not known"
        if effective == FIRST_DAY
        else f"自 from {show_day(effective)}"
    )


def sentence(key: str, values: dict[str, str]) -> tuple[str, str]:
    """Return a step in Chinese and English."""
    texts = []
    for language in (0, 1):
        shown = dict(values)
        if "rounding" in shown:
            shown["rounding"] = ROUNDINGS[shown["rounding"]][language]
        if "flag" in shown:
            shown["flag"] = FLAGS[shown["flag"]][language]
        if "offset" in shown:
            shown["offset"] = OFFSET_WORDS[shown["offset"]][language]
        texts.append(SENTENCES[key][language].format(**shown))
    return texts[0], texts[1]


def explain_lines(found: Explanation, *, chinese_only: bool = False) -> list[str]:
    """Return an explanation as lines: title, rules with source and status, every step.

    Titles and steps stand in both languages, or in Chinese alone.
    """
    chinese, english = (text.format(subject=found.subject) for text in TITLES[found.key])
    title = chinese if chinese_only else f"{chinese} / {english}"
    lines = [f"{title}, {show_day(found.trading_day)}"]
    lines += [
        f"  规则 rule{products(cited)}: {cited.row.article} [{cited.row.source}],"
        f" {since(cited.row.effective)}, {cited.row.status}"
        + (f"; {cited.row.note}" if cited.row.note else "")
        for cited in found.rules
    ]
    for row in found.steps:
        zh, en = sentence(row.key, dict(row.values))
        lines += [f"  {zh}"] if chinese_only else [f"  {zh}", f"    {en}"]
    return lines


def explain_words(found: Explanation, language: int) -> tuple[str, list[str]]:
    """Return title and steps of an explanation in Chinese (0) or English (1)."""
    title = TITLES[found.key][language].format(subject=found.subject)
    return title, [sentence(row.key, dict(row.values))[language] for row in found.steps]
