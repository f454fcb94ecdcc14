int value_next(int *value);
