"""The office: what people see of the hall; the Django site, served beside its own socket."""
