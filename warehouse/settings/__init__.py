"""What an operator may change of danvan: declared once (declared), read from a home's ``danvan.toml`` and the environment (held).

Does not belong here: what is declared of the field (the YAML and CSV files of ``warehouse``), what is asked of senders
(warehouse.senders).
"""

from warehouse.settings.declared import Alert, Readers, Settings
from warehouse.settings.held import ENVIRONMENT, Held, adopt, held, settings, unknown_variables

__all__ = ["ENVIRONMENT", "Alert", "Held", "Readers", "Settings", "adopt", "held", "settings", "unknown_variables"]
