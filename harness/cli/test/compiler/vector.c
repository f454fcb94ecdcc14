/* A loop for vector instructions; clang instruments none of 32 bytes. */
void vector_double(float *values, int count);

void vector_double(float *values, int count)
{
    for (int i = 0; i < count; i++)
        values[i] *= 2;
}
