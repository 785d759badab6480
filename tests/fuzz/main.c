/* Replays a corpus through a fuzz target where no fuzzing engine is linked. */
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int main(int argc, char **argv)
{
    int n = 0;

    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        static uint8_t octets[1 << 20];

        if (!f)
            return 1;
        LLVMFuzzerTestOneInput(octets, fread(octets, 1, sizeof octets, f));
        fclose(f);
        n++;
    }
    printf("%d inputs\n", n);
    return n > 0 ? 0 : 1;
}
