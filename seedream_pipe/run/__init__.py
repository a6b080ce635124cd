"""Making it so: schedule, one task, one paid call, outputs, the record."""
