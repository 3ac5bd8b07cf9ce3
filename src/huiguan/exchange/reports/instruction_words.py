"""Instructions in words: what each type is called, and what it changed, Chinese and English."""

from collections.abc import Iterable

from huiguan.exchange.evening.decided.effects import Effect

CHINESE, ENGLISH = 0, 1
TYPE_WORDS: dict[str, tuple[str, str]] = {
    "DecideSettlement": ("决定结算价", "settlement price decided"),
    "DecideParameters": ("决定停板幅度与保证金", "limit and margins decided"),
    "RaiseMargin": ("累计涨跌幅提高保证金", "margin raised after a far move"),
    "ReducePositions": ("强制减仓", "forced reduction"),
    "LodgeWarrants": ("标准仓单作抵", "warrants lodged"),
    "SetListingPrice": ("新合约挂盘基准价", "benchmark price of a new contract"),
    "MoveClientMoney": ("客户出入金", "money of a client"),
    "MoveMemberMoney": ("会员出入金", "money of a member"),
    "SetCollateral": ("质押物价值", "collateral valued"),
    "AdmitMember": ("会员准入", "member admitted"),
    "SetMemberMode": ("会员风控方式", "mode of a member"),
    "EndMember": ("会员退出", "member ended"),
    "OpenPool": ("开立资金账户", "pool opened"),
    "ClosePool": ("注销资金账户", "pool closed"),
    "AdmitTradingCode": ("开立交易编码", "trading code admitted"),
    "SetTradingRight": ("交易编码权限", "right of a trading code"),
    "EndTradingCode": ("注销交易编码", "trading code ended"),
    "SetHolderLimit": ("持仓限额", "limits of a holder"),
    "EndHolderLimit": ("取消持仓限额", "limits of a holder ended"),
    "SetQuota": ("套保额度", "hedging quota"),
    "EndQuota": ("取消套保额度", "hedging quota ended"),
    "SetControlGroup": ("实际控制关系账户组", "control group"),
    "EndControlGroup": ("解除实际控制关系", "control group ended"),
    "ListProduct": ("品种上市", "product listed"),
    "SetProductRight": ("品种权限", "right in a product"),
    "EndProduct": ("品种退市", "product ended"),
}
EFFECT_WORDS: dict[str, tuple[str, str]] = {
    "settlement": ("结算价", "settlement price"),
    "limit": ("停板幅度", "limit"),
    "general": ("一般保证金", "general margin"),
    "hedge": ("套保保证金", "hedging margin"),
    "right": ("权限", "right"),
    "open_interest": ("持仓量", "open interest"),
    "warrants": ("仓单数量", "quantity of warrants"),
    "benchmark": ("挂盘基准价", "benchmark price"),
    "equity": ("权益", "equity, CNY"),
    "cash": ("资金", "cash, CNY"),
    "collateral": ("质押物价值", "collateral, CNY"),
    "member": ("会员", "member"),
    "mode": ("风控方式", "mode"),
    "limits": ("限额 (持仓 / 日内开仓)", "limits (position / opening)"),
    "quota": ("额度", "quota"),
    "clients": ("客户", "clients"),
    "product": ("品种", "product"),
}
HEADS = (
    ("编号", "主体", "项目", "变更前", "变更后", "指令"),
    ("reference", "who or what", "figure", "before", "after", "instruction"),
)


def effect_rows(effects: Iterable[Effect], language: int = ENGLISH) -> list[tuple[str, ...]]:
    """Return what instructions changed as rows under ``HEADS``."""
    return [
        (
            row.reference,
            row.subject,
            EFFECT_WORDS[row.what][language],
            row.before,
            row.after,
            TYPE_WORDS[row.kind][language],
        )
        for row in effects
    ]
