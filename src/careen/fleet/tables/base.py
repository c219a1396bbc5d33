"""The common metadata of all tables, and the types of their columns."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite generates numbers only for INTEGER columns
Moment = Float(53)  # seconds since 1970


def number(name: str = "id") -> Column[int]:
    """A primary key whose numbers the database generates."""
    return Column(name, Number, primary_key=True, autoincrement=True)


def of(target: str, name: str = "", *, primary: bool = False, optional: bool = False) -> Column[int]:
    """A foreign key to a row of another table. The row with the key is deleted together with that row."""
    key = ForeignKey(f"{target}.id", ondelete="CASCADE")
    return Column(name or f"{target}_id", Number, key, primary_key=primary, nullable=optional and not primary)
