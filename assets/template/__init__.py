"""The workbook that units fill: drawn from the form versions and code lists of the warehouse.

Belongs here: sheets, drop-downs, validation and looks. Does not: reading a filled workbook (assets.intake).
"""

from assets.template.cover import UnitLine
from assets.template.due import Templates, write_templates
from assets.template.workbook import write_template

__all__ = ["Templates", "UnitLine", "write_template", "write_templates"]
