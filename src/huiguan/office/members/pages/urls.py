"""The addresses of traders and clerks; whose page it is, the session says and no address."""

from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiguan.office.members.pages import bindings, member, statements, trade

form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("trade", form(trade.desk_page)),
    path("trade/orders", require_safe(trade.today)),
    re_path(r"^trade/orders/(?P<number>[0-9]{1,18})$", require_safe(trade.sent)),
    path("trade/cancel", require_POST(trade.cancel)),
    path("trade/statement", require_safe(statements.statement)),
    re_path(
        r"^trade/statement/(?P<day>[0-9]{8})(?:\.(?P<kind>txt|pdf))?$",
        require_safe(statements.statement),
    ),
    path("trade/broker", form(statements.broker)),
    re_path(
        r"^trade/why/(?P<day>[0-9]{8})/(?P<what>fees|margin)/(?P<code>[0-9]{12})$",
        require_safe(statements.why),
    ),
    re_path(
        r"^member/why/(?P<day>[0-9]{8})/(?P<what>fees|margin)/(?P<code>[0-9]{12})$",
        require_safe(statements.member_why),
    ),
    re_path(
        r"^member/why/(?P<day>[0-9]{8})/(?P<what>call)/(?P<code>[0-9]{4})$",
        require_safe(statements.member_why),
    ),
    path("member", require_safe(member.overview)),
    re_path(r"^member/(?P<code>[0-9]{12})$", require_safe(member.code_page)),
    path("keys", form(member.all_keys)),
    path("bindings", require_safe(bindings.all_bindings)),
    re_path(r"^bindings/(?P<number>[0-9]{1,18})$", form(bindings.binding)),
]
