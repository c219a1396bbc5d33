no term
