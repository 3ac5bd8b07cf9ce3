"""The addresses of the warehouse."""

from django.urls import path, re_path
from django.views.decorators.http import require_safe

from huiguan.office.warehouse.pages import stocks

DAY, MONTH, FORM = r"(?P<day>[0-9]{8})", r"(?P<month>[0-9]{6})", r"\.(?P<form>csv|parquet)"

urlpatterns = [
    path("stocks", require_safe(stocks.daily)),
    re_path(rf"^stocks/{DAY}$", require_safe(stocks.daily)),
    re_path(rf"^stocks/{DAY}{FORM}$", require_safe(stocks.daily)),
    path("stocks/weekly", require_safe(stocks.weekly)),
    re_path(rf"^stocks/weekly/{DAY}$", require_safe(stocks.weekly)),
    re_path(rf"^stocks/weekly/{DAY}{FORM}$", require_safe(stocks.weekly)),
    path("stocks/monthly", require_safe(stocks.monthly)),
    re_path(rf"^stocks/monthly/{MONTH}$", require_safe(stocks.monthly)),
    re_path(rf"^stocks/monthly/{MONTH}{FORM}$", require_safe(stocks.monthly)),
]
