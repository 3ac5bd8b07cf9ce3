"""The register: members, seats, trading codes, control groups, programmes, hedging quotas."""
