/* A program that cannot work: what an environment tells when its own program ends with an error. */
#include <stdio.h>

int main(void) {
    puts("cannot open /data: no such file");
    return 1;
}
