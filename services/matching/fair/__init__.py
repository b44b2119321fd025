"""Fairs (春风行动, 就业援助月): many people and many vacancies on one day, assigned as a whole."""
