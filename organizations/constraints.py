"""The tenant wall: foreign keys over (organization, row), which Django's fields cannot express.

A row that carries its organization may point only at rows of that organization. The database refuses anything
else, whatever the code above it does (DESIGN, law 8).
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models.constraints import BaseConstraint


class CompositeForeignKey(BaseConstraint):
    """A foreign key over several columns of one table to the same number of columns of another.

    `columns` and `to_columns` are column names (as `organization_id`), `to` is an "app.Model" label. The target
    columns must be covered by a unique constraint. Checked at commit (DEFERRABLE INITIALLY DEFERRED), unless
    `on_delete` makes the database act: "CASCADE" deletes the rows here with the row there, "NO ACTION" refuses.
    """

    def __init__(
        self,
        *,
        name: str,
        columns: list[str],
        to: str,
        to_columns: list[str],
        on_delete: str = "NO ACTION",
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        if on_delete not in {"NO ACTION", "CASCADE"}:
            raise ValueError(f"on_delete is {on_delete!r}; it must be NO ACTION or CASCADE.")
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )
        self.columns = list(columns)
        self.to = to
        self.to_columns = list(to_columns)
        self.on_delete = on_delete

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]  # the stubs name Optional where Django passes a model
        """Return the ALTER TABLE statement that adds the key."""
        quote = schema_editor.quote_name
        app_label, model_name = self.to.split(".")
        # `model` comes from the migration's state, so its registry is that state's too.
        target = model._meta.apps.get_model(app_label, model_name)
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({', '.join(map(quote, self.columns))}) "
            f"REFERENCES {quote(target._meta.db_table)} ({', '.join(map(quote, self.to_columns))}) "
            f"ON DELETE {self.on_delete} DEFERRABLE INITIALLY DEFERRED"
        )

    def constraint_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> None:  # type: ignore[override]  # as above
        """Defer the key to the end of the migration: the other table may not stand yet. Nothing goes inline."""
        schema_editor.deferred_sql.append(Statement(self.create_sql(model, schema_editor).replace("%", "%%")))

    def remove_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]  # as above
        """Return the ALTER TABLE statement that drops the key."""
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Raise `ValidationError` when the row that `instance` points at does not exist. One query."""
        names = {field.column: field.attname for field in model._meta.concrete_fields}
        values = [getattr(instance, names[column]) for column in self.columns]
        if any(value is None for value in values):
            return
        app_label, model_name = self.to.split(".")
        target = model._meta.apps.get_model(app_label, model_name)
        fields = {field.column: field.attname for field in target._meta.concrete_fields}
        wanted = {fields[column]: value for column, value in zip(self.to_columns, values, strict=True)}
        if not target._base_manager.using(using).filter(**wanted).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Return what a migration needs to write this constraint down."""
        path, args, kwargs = super().deconstruct()
        kwargs |= {
            "columns": self.columns,
            "to": self.to,
            "to_columns": self.to_columns,
            "on_delete": self.on_delete,
        }
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CompositeForeignKey):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.columns), self.to))
