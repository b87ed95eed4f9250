"""Tables as their owners keep them: text, spreadsheets, layers of shapes, frames."""
