"""Stress of a closed day: scenarios, who could not pay, which layer it reaches, margins tested."""
