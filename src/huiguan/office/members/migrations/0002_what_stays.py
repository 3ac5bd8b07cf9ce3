"""What never changes of orders and keys, and whose a code is: held by the database itself."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SAME_ORDER = (
    *("id", "user_id", "form", "trading_day", "trading_code", "contract", "side", "offset"),
    *("price", "lots", "sent_at"),
)
SAME_KEY = ("id", "name", "member", "codes", "may_trade", "token_hash", "holder", "made_at")


def differ(names: tuple[str, ...]) -> str:
    """Return the condition that one of some columns is changed; none of them is ever null."""
    return " OR ".join(f'OLD."{name}" <> NEW."{name}"' for name in names)


ORDER_CHANGED = f"OLD.fate <> 'sent' OR {differ(SAME_ORDER)}"
KEY_CHANGED = f"{differ(SAME_KEY)} OR OLD.withdrawn_at <> NEW.withdrawn_at"
KEY_BACK = "OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL"
MEMBER_OF = "(SELECT member FROM members_binding WHERE user_id = NEW.binding_id)"
ORDER_SAYS = "an order is sent once, and what became of it does not change"
KEY_SAYS = "a key stays as it was made, and one that was withdrawn stays so"
CODE_SAYS = "a user is bound to codes of their member alone"

SQLITE = (
    f"""CREATE TRIGGER sent_order_new BEFORE INSERT ON members_sentorder
    WHEN NEW.fate <> 'sent' OR EXISTS (SELECT 1 FROM members_sentorder
      WHERE id = NEW.id OR (user_id = NEW.user_id AND form = NEW.form))
    BEGIN SELECT RAISE(ABORT, '{ORDER_SAYS}'); END""",
    f"""CREATE TRIGGER sent_order_unchanged BEFORE UPDATE ON members_sentorder
    WHEN {ORDER_CHANGED} BEGIN SELECT RAISE(ABORT, '{ORDER_SAYS}'); END""",
    f"""CREATE TRIGGER sent_order_kept BEFORE DELETE ON members_sentorder
    BEGIN SELECT RAISE(ABORT, '{ORDER_SAYS}'); END""",
    f"""CREATE TRIGGER door_key_new BEFORE INSERT ON members_doorkey
    WHEN NEW.withdrawn_at IS NOT NULL OR EXISTS (SELECT 1 FROM members_doorkey
      WHERE id = NEW.id OR name = NEW.name OR token_hash = NEW.token_hash)
    BEGIN SELECT RAISE(ABORT, '{KEY_SAYS}'); END""",
    f"""CREATE TRIGGER door_key_unchanged BEFORE UPDATE ON members_doorkey
    WHEN {KEY_CHANGED} OR ({KEY_BACK}) BEGIN SELECT RAISE(ABORT, '{KEY_SAYS}'); END""",
    f"""CREATE TRIGGER door_key_kept BEFORE DELETE ON members_doorkey
    BEGIN SELECT RAISE(ABORT, '{KEY_SAYS}'); END""",
    f"""CREATE TRIGGER bound_code_of_member BEFORE INSERT ON members_boundcode
    WHEN substr(NEW.code, 1, 4) <> {MEMBER_OF}
    BEGIN SELECT RAISE(ABORT, '{CODE_SAYS}'); END""",
    f"""CREATE TRIGGER bound_code_unchanged BEFORE UPDATE ON members_boundcode
    BEGIN SELECT RAISE(ABORT, '{CODE_SAYS}'); END""",
    f"""CREATE TRIGGER binding_of_codes BEFORE UPDATE ON members_binding
    WHEN OLD.member <> NEW.member
      AND EXISTS (SELECT 1 FROM members_boundcode WHERE binding_id = OLD.user_id)
    BEGIN SELECT RAISE(ABORT, '{CODE_SAYS}'); END""",
)
POSTGRESQL = (
    f"""CREATE TRIGGER sent_order_new BEFORE INSERT ON members_sentorder
    FOR EACH ROW WHEN (NEW.fate <> 'sent') EXECUTE FUNCTION people_refuse('{ORDER_SAYS}')""",
    f"""CREATE TRIGGER sent_order_unchanged BEFORE UPDATE ON members_sentorder
    FOR EACH ROW WHEN ({ORDER_CHANGED}) EXECUTE FUNCTION people_refuse('{ORDER_SAYS}')""",
    f"""CREATE TRIGGER sent_order_kept BEFORE DELETE ON members_sentorder
    FOR EACH ROW EXECUTE FUNCTION people_refuse('{ORDER_SAYS}')""",
    f"""CREATE TRIGGER sent_order_whole BEFORE TRUNCATE ON members_sentorder
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse('{ORDER_SAYS}')""",
    f"""CREATE TRIGGER door_key_new BEFORE INSERT ON members_doorkey
    FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL)
    EXECUTE FUNCTION people_refuse('{KEY_SAYS}')""",
    f"""CREATE TRIGGER door_key_unchanged BEFORE UPDATE ON members_doorkey
    FOR EACH ROW WHEN ({KEY_CHANGED} OR ({KEY_BACK}))
    EXECUTE FUNCTION people_refuse('{KEY_SAYS}')""",
    f"""CREATE TRIGGER door_key_kept BEFORE DELETE ON members_doorkey
    FOR EACH ROW EXECUTE FUNCTION people_refuse('{KEY_SAYS}')""",
    f"""CREATE TRIGGER door_key_whole BEFORE TRUNCATE ON members_doorkey
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse('{KEY_SAYS}')""",
    f"""CREATE FUNCTION members_own_code() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF substr(NEW.code, 1, 4) <> {MEMBER_OF} THEN
        RAISE EXCEPTION '{CODE_SAYS}' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER bound_code_of_member BEFORE INSERT ON members_boundcode
    FOR EACH ROW EXECUTE FUNCTION members_own_code()""",
    f"""CREATE TRIGGER bound_code_unchanged BEFORE UPDATE ON members_boundcode
    FOR EACH ROW EXECUTE FUNCTION people_refuse('{CODE_SAYS}')""",
    f"""CREATE FUNCTION members_same_member() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.member <> NEW.member
         AND EXISTS (SELECT 1 FROM members_boundcode WHERE binding_id = OLD.user_id) THEN
        RAISE EXCEPTION '{CODE_SAYS}' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER binding_of_codes BEFORE UPDATE ON members_binding
    FOR EACH ROW EXECUTE FUNCTION members_same_member()""",
)
BY_VENDOR = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def hold_to_it(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401  Django says no types
    """Make the triggers of this database."""
    del apps
    with schema_editor.connection.cursor() as cursor:
        for statement in BY_VENDOR[schema_editor.connection.vendor]:
            cursor.execute(statement)


class Migration(migrations.Migration):
    """There is no way back, as for the record."""

    dependencies = (("members", "0001_initial"),)
    operations = (migrations.RunPython(hold_to_it),)
