using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels.Tests.Products;

/// <summary>Products on the host against a triple loop in double, with registers of every width.</summary>
public class HostGemmTests
{
    private static readonly char[] Orders = ['r', 'R', 'c', 'C', 'g'];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Small_sizes_in_all_orders(int part)
    {
        // Every size up to 40 occurs in every place, with every pair of orders several times.
        int turn = part;
        foreach (int m in Enumerable.Range(0, 41).Where(m => m % 4 == part))
        {
            for (int step = 0; step < 41; step++)
            {
                int n = (step + m) % 41;
                int k = ((step * 7) + (m * 3)) % 41;
                turn++;
                Check<F32>(new(m, n, k, Orders[turn % 5], Orders[turn / 5 % 5]));
                Check<F64>(new(m, n, k, Orders[turn % 5], Orders[turn / 5 % 5]));
            }
        }
    }

    // Zero stands for the length that varies.
    [Theory]
    [InlineData(1, 0, 5, 7)]
    [InlineData(1, 5, 0, 7)]
    [InlineData(1, 5, 7, 0)]
    [InlineData(3, 0, 3, 5)]
    [InlineData(3, 3, 0, 5)]
    [InlineData(3, 5, 3, 0)]
    [InlineData(0, 3, 5, 3)]
    public void Every_length_of_each_size_and_of_the_batch(int batch, int m, int n, int k)
    {
        for (int length = 0; length < 257; length++)
        {
            int turn = length + (7 * m) + (3 * n) + k;
            int Or(int size) => size == 0 ? length : size;
            Check<F32>(new(Or(m), Or(n), Or(k), Orders[turn % 5], Orders[turn / 5 % 5], Or(batch)));
            Check<F64>(new(Or(m), Or(n), Or(k), Orders[turn / 5 % 5], Orders[turn % 5], Or(batch)));
        }
    }

    [Theory]
    [InlineData(97, 131, 785)]
    [InlineData(203, 77, 1301)]
    [InlineData(13, 601, 913)]
    [InlineData(301, 10, 257)]
    [InlineData(1, 700, 400)]
    [InlineData(700, 1, 400)]
    [InlineData(5, 3, 4099)]
    [InlineData(150, 1100, 20)]
    public void Large_odd_sizes(int m, int n, int k)
    {
        foreach (char a in Orders)
        {
            foreach (char b in Orders)
            {
                new GemmCase<F32>(m, n, k, a, b).Check<Vector512<float>, F32x, IdentityOp>(default, x => x);
            }

            new GemmCase<F32>(m, n, k, a, 'c').Check<Vector256<float>, F32x, IdentityOp>(default, x => x);
            new GemmCase<F64>(m, n, k, a, 'r').Check<Vector256<double>, F64x, IdentityOp>(default, x => x);
            new GemmCase<F64>(m, n, k, a, 'c').Check<Vector512<double>, F64x8, IdentityOp>(default, x => x);
        }
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, false)]
    [InlineData(1, 0, true)]
    [InlineData(-0.5, 1, true)]
    [InlineData(1.5, 0.25, true)]
    [InlineData(0, 2, false)]
    public void Factors_bias_and_activation(double alpha, double beta, bool bias)
    {
        (int, int, int)[] sizes = [(7, 10, 5), (32, 32, 784), (14, 45, 401), (1, 33, 64), (40, 1, 64), (3, 5, 0)];
        foreach ((int m, int n, int k) in sizes)
        {
            foreach (char order in "rc")
            {
                GemmCase<F32> single = new(m, n, k, 'r', order) { Alpha = alpha, Beta = beta, HasBias = bias };
                Check(single);
                Check(single, default(ReLUOp), x => Math.Max(x, 0));
                Check(single, default(SigmoidOp), x => 1 / (1 + Math.Exp(-x)));
                GemmCase<F64> fine = new(m, n, k, order, order) { Alpha = alpha, Beta = beta, HasBias = bias };
                Check(fine);
                Check(fine, default(ReLUOp), x => Math.Max(x, 0));
            }
        }
    }

    [Theory]
    [InlineData(3, 5, 6, 7)]
    [InlineData(7, 33, 40, 50)]
    [InlineData(2, 130, 170, 60)]
    public void Batches(int batch, int m, int n, int k)
    {
        foreach (char a in "rcg")
        {
            foreach (char b in "rcg")
            {
                Check<F32>(new(m, n, k, a, b, batch));
                Check<F32>(new GemmCase<F32>(m, n, k, a, b, batch) { Beta = 1, HasBias = true }.Repeat(true, false));
                Check<F64>(new GemmCase<F64>(m, n, k, a, b, batch) { Beta = 1 }.Repeat(false, true));
            }
        }
    }

    [Theory]
    [InlineData(20, 40, 30)]
    [InlineData(2, 7, 300)]
    [InlineData(40, 35, 900)]
    public void NaN_and_infinity_reach_what_they_must_and_no_more(int m, int n, int k)
    {
        foreach (char a in "rc")
        {
            foreach (char b in "rc")
            {
                GemmCase<F32> product = new(m, n, k, a, b) { HasBias = true };
                product.C.Fill(new(float.NaN));
                product.A[a == 'r' ? k : 1] = new(float.NaN);
                product.A[a == 'r' ? k - 1 : (k - 1) * m] = new(float.PositiveInfinity);
                product.B[b == 'r' ? n - 1 : (n - 1) * k] = new(float.NegativeInfinity);
                product.B[b == 'r' ? ((k - 1) * n) + 2 : (2 * k) + k - 1] = new(0);
                product.Check<Vector512<float>, F32x, IdentityOp>(default, x => x);
                product.C.Fill(new(float.NaN));
                product.Check<Vector256<float>, F32x, IdentityOp>(default, x => x);
                product.C.Fill(new(float.NaN));
                product.Check<Vector128<float>, F32x, IdentityOp>(default, x => x);
            }
        }
    }

    [Theory]
    [InlineData('r', 'r')]
    [InlineData('r', 'c')]
    [InlineData('c', 'r')]
    public void An_element_does_not_depend_on_the_rectangle_that_computes_it(char orderA, char orderB)
    {
        GemmCase<F32> product = new(100, 200, 900, orderA, orderB) { Beta = 0.5, HasBias = true };
        product.With(g => new HostGemm<F32, F32, F32x, Vector256<float>, ReLUOp, MatrixFactor, MatrixFactor>(default, g).Blocks(0, 0, 100, 0, 200));
        F32[] whole = product.C.ToArray();
        foreach ((int height, int width) in ((int, int)[])[(1, 32), (7, 160), (50, 64), (100, 16), (13, 208)])
        {
            product.Reset();
            product.With(g =>
            {
                for (int i = 0; i < 100; i += height)
                {
                    for (int j = 0; j < 200; j += width)
                    {
                        new HostGemm<F32, F32, F32x, Vector256<float>, ReLUOp, MatrixFactor, MatrixFactor>(default, g).Blocks(0, i, Math.Min(100, i + height), j, Math.Min(200, j + width));
                    }
                }
            });
            Assert.Equal(whole, product.C.ToArray());
        }
    }

    [Fact]
    public void A_product_allocates_nothing()
    {
        foreach ((int m, int n, int k) in ((int, int, int)[])[(32, 10, 32), (128, 256, 784), (200, 300, 100)])
        {
            GemmCase<F32> product = new(m, n, k, 'r', 'c') { HasBias = true };
            product.With(g =>
            {
                HostGemm.Run<F32, F32, F32x, ReLUOp, MatrixFactor, MatrixFactor>(default, g);
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 100; i++)
                {
                    HostGemm.Run<F32, F32, F32x, ReLUOp, MatrixFactor, MatrixFactor>(default, g);
                }

                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            });
        }
    }

    [Fact]
    public void Products_on_many_threads_at_once_are_right()
    {
        Parallel.For(0, 8, i =>
        {
            for (int round = 0; round < 5; round++)
            {
                new GemmCase<F32>(60 + i, 90, 200 + round, 'r', 'c').Check<Vector256<float>, F32x, IdentityOp>(default, x => x);
            }
        });
    }

    private static void Check<T>(GemmCase<T> product)
        where T : unmanaged, IReal<T>, IScalar<T>, IStored<T, T> => Check(product, default(IdentityOp), x => x);

    private static void Check<T, TAct>(GemmCase<T> product, TAct activation, Func<double, double> function)
        where T : unmanaged, IReal<T>, IScalar<T>, IStored<T, T>
        where TAct : unmanaged, IUnaryOp
    {
        if (typeof(T) == typeof(F32))
        {
            product.Check<Vector512<float>, F32x16, TAct>(activation, function);
            product.Check<Vector256<float>, F32x, TAct>(activation, function);
            product.Check<Vector128<float>, F32x, TAct>(activation, function);
        }
        else
        {
            product.Check<Vector512<double>, F64x8, TAct>(activation, function);
            product.Check<Vector256<double>, F64x, TAct>(activation, function);
            product.Check<Vector128<double>, F64x, TAct>(activation, function);
        }
    }
}
