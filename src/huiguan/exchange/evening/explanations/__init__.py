"""Why a figure of a closed day is what it is: rule, inputs, arithmetic as values, no words."""
