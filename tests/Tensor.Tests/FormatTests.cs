namespace DeepSharp.Tests;

/// <summary>How tensors are printed, against what NumPy 1.24 prints of the same arrays after <c>set_printoptions(precision=4)</c>.</summary>
public class FormatTests
{
    private static readonly (Func<Tensor> Make, string Text)[] s_cases =
    [
        (() => Make(DType.Float32, [3], [1, 2, 3]), "[1. 2. 3.]"),
        (() => Make(DType.Float64, [3], [1.5, 2.25, -3]), "[ 1.5   2.25 -3.  ]"),
        (() => Make(DType.Float64, [3], [0.1, 0.25, 100]), "[  0.1    0.25 100.  ]"),
        (() => Make(DType.Float32, [3], [0.3333333333333333, 0.6666666666666666, 1]), "[0.3333 0.6667 1.    ]"),
        (() => Make(DType.Float64, [3], [0.12345, 5e-05, 0.5]), "[1.2345e-01 5.0000e-05 5.0000e-01]"),
        (() => Make(DType.Float64, [3], [0.03125, 0.09375, -0.03125]), "[ 0.0312  0.0938 -0.0312]"),
        (() => Make(DType.Float64, [2], [100000000, 1]), "[1.e+08 1.e+00]"),
        (() => Make(DType.Float64, [2], [1e-05, 1e-05]), "[1.e-05 1.e-05]"),
        (() => Make(DType.Float64, [2], [1000, 1]), "[1000.    1.]"),
        (() => Make(DType.Float64, [2], [1001, 1]), "[1.001e+03 1.000e+00]"),
        (() => Make(DType.Float64, [2], [0.0001, 0.05]), "[0.0001 0.05  ]"),
        (() => Make(DType.Float64, [2], [99999999, 99999998]), "[99999999. 99999998.]"),
        (() => Make(DType.Float64, [2], [1e+100, 0.001]), "[1.e+100 1.e-003]"),
        (() => Make(DType.Float32, [3], [1.5e-08, 2.25e-07, 0]), "[1.50e-08 2.25e-07 0.00e+00]"),
        (() => Make(DType.Float64, [3], [double.NaN, 1, double.PositiveInfinity]), "[nan  1. inf]"),
        (() => Make(DType.Float64, [3], [double.NegativeInfinity, 1.25, double.NaN]), "[-inf 1.25  nan]"),
        (() => Make(DType.Float32, [2], [double.NaN, double.NaN]), "[nan nan]"),
        (() => Make(DType.Float64, [2], [double.NegativeInfinity, double.PositiveInfinity]), "[-inf  inf]"),
        (() => Make(DType.Float64, [3], [-0.0, 0, 1]), "[-0.  0.  1.]"),
        (() => Make(DType.Float16, [3], [0.1, 0.2, 3.14]), "[0.1  0.2  3.14]"),
        (() => Make(DType.Float16, [3], [1 / 3.0, 100, -2]), "[  0.3333 100.      -2.    ]"),
        (() => Make(DType.Float16, [3], [1e-7, 6e-8, 0]), "[1.e-07 6.e-08 0.e+00]"),
        (() => Make(DType.Float16, [3], [65504, 1, double.PositiveInfinity]), "[6.55e+04 1.00e+00      inf]"),
        (() => Make(DType.Float16, [], [65504]), "65500.0"),
        (() => Make(DType.Float16, [], [6e-8]), "6e-08"),
        (() => Make(DType.Float64, [2], [9.99996, 1]), "[10.  1.]"),
        (() => Make(DType.Float64, [2], [99999.99996, 99999]), "[100000.  99999.]"),
        (() => Make(DType.Float64, [2], [99999900000, 10000000000]), "[1.e+11 1.e+10]"),
        (
            () => Make(DType.Float32, [2, 3], [0, 0.25, 0.5, 0.75, 1, 1.25]),
            """
            [[0.   0.25 0.5 ]
             [0.75 1.   1.25]]
            """),
        (
            () => Make(DType.Float64, [2, 2, 2], [-4, -3, -2, -1, 0, 1, 2, 3]),
            """
            [[[-4. -3.]
              [-2. -1.]]

             [[ 0.  1.]
              [ 2.  3.]]]
            """),
        (() => Make(DType.Int32, [3], [1, -20, 300]), "[  1 -20 300]"),
        (
            () => Tensor.From([long.MinValue, long.MaxValue, 0], Device.Cpu),
            "[-9223372036854775808  9223372036854775807                    0]"),
        (() => Make(DType.UInt8, [3], [0, 7, 255]), "[  0   7 255]"),
        (
            () => Make(DType.Bool, [2, 2], [1, 0, 1, 1]),
            """
            [[ True False]
             [ True  True]]
            """),
        (() => Make(DType.Bool, [2], [1, 1]), "[ True  True]"),
        (() => Make(DType.Float32, [0], []), "[]"),
        (() => Make(DType.Int32, [2, 0], []), "[]"),
        (() => Make(DType.Float32, [], [0.1]), "0.1"),
        (() => Make(DType.Float64, [], [0.3333333333333333]), "0.3333333333333333"),
        (() => Make(DType.Float64, [], [1e+16]), "1e+16"),
        (() => Make(DType.Float32, [], [123456789]), "123456790.0"),
        (() => Make(DType.Float64, [], [-0.0]), "-0.0"),
        (() => Make(DType.Float64, [], [2]), "2.0"),
        (() => Make(DType.Float64, [], [double.NaN]), "nan"),
        (() => Make(DType.Float64, [], [double.NegativeInfinity]), "-inf"),
        (() => Make(DType.Float32, [], [1e-05]), "1e-05"),
        (() => Make(DType.Int64, [], [-7]), "-7"),
        (() => Make(DType.Bool, [], [1]), "True"),
        (
            () => Make(DType.Float32, [30], Count(30, i => i)),
            """
            [ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.
             18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29.]
            """),
        (
            () => Make(DType.Int32, [2, 30], Count(60, i => 100 + i)),
            """
            [[100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117
              118 119 120 121 122 123 124 125 126 127 128 129]
             [130 131 132 133 134 135 136 137 138 139 140 141 142 143 144 145 146 147
              148 149 150 151 152 153 154 155 156 157 158 159]]
            """),
        (
            () => Make(DType.Float64, [1, 2, 12], Count(24, i => i / 7.0)),
            """
            [[[0.     0.1429 0.2857 0.4286 0.5714 0.7143 0.8571 1.     1.1429 1.2857
               1.4286 1.5714]
              [1.7143 1.8571 2.     2.1429 2.2857 2.4286 2.5714 2.7143 2.8571 3.
               3.1429 3.2857]]]
            """),
        (() => Make(DType.Int32, [1001], Count(1001, i => i)), "[   0    1    2 ...  998  999 1000]"),
        (
            () => Make(DType.Float32, [20, 100], Count(2000, i => i / 2.0)),
            """
            [[0.000e+00 5.000e-01 1.000e+00 ... 4.850e+01 4.900e+01 4.950e+01]
             [5.000e+01 5.050e+01 5.100e+01 ... 9.850e+01 9.900e+01 9.950e+01]
             [1.000e+02 1.005e+02 1.010e+02 ... 1.485e+02 1.490e+02 1.495e+02]
             ...
             [8.500e+02 8.505e+02 8.510e+02 ... 8.985e+02 8.990e+02 8.995e+02]
             [9.000e+02 9.005e+02 9.010e+02 ... 9.485e+02 9.490e+02 9.495e+02]
             [9.500e+02 9.505e+02 9.510e+02 ... 9.985e+02 9.990e+02 9.995e+02]]
            """),
        (
            () => Make(DType.Int64, [2, 9, 80], Count(1440, i => i)),
            """
            [[[   0    1    2 ...   77   78   79]
              [  80   81   82 ...  157  158  159]
              [ 160  161  162 ...  237  238  239]
              ...
              [ 480  481  482 ...  557  558  559]
              [ 560  561  562 ...  637  638  639]
              [ 640  641  642 ...  717  718  719]]

             [[ 720  721  722 ...  797  798  799]
              [ 800  801  802 ...  877  878  879]
              [ 880  881  882 ...  957  958  959]
              ...
              [1200 1201 1202 ... 1277 1278 1279]
              [1280 1281 1282 ... 1357 1358 1359]
              [1360 1361 1362 ... 1437 1438 1439]]]
            """),
        (
            () => Make(DType.Float64, [1200], Count(1200, i => i * i)),
            "[0.0000e+00 1.0000e+00 4.0000e+00 ... 1.4328e+06 1.4352e+06 1.4376e+06]"),
        (
            () => Make(DType.Bool, [40], Count(40, i => i % 3 == 0 ? 1 : 0)),
            """
            [ True False False  True False False  True False False  True False False
              True False False  True False False  True False False  True False False
              True False False  True False False  True False False  True False False
              True False False  True]
            """),
        (() => Make(DType.Float64, [2], [12345.678, 2000000001]), "[1.2346e+04 2.0000e+09]"),
    ];

    [Fact]
    public void Tensors_are_printed_as_NumPy_prints_arrays()
    {
        foreach ((Func<Tensor> make, string text) in s_cases)
        {
            using Tensor tensor = make();
            Assert.Equal($"{tensor.DType}{tensor.Shape} on cpu\n{text}", tensor.ToString());
        }
    }

    [Fact]
    public void Views_and_tensors_of_other_devices_print_their_own_elements()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Arange(6, DType.Int32, TestDevice.Gpu).Reshape(2, 3);
        Assert.Equal($"Int32[3, 2] on {TestDevice.Gpu}\n[[0 3]\n [1 4]\n [2 5]]", x.T.ToString());
        Assert.Equal($"Int32[2] on {TestDevice.Gpu}\n[3 5]", x[1, TensorIndex.Every(2, ..)].ToString());
    }

    [Fact]
    public void A_freed_tensor_says_what_it_was()
    {
        Tensor x = Tensor.Zeros([2, 3], DType.Float64, Device.Cpu);
        x.Dispose();
        Assert.Equal("Zeros", x.Origin);
        Assert.Equal("Tensor Float64 [2, 3] made by Zeros, freed", x.ToString());
    }

    private static double[] Count(int count, Func<int, double> value) => [.. Enumerable.Range(0, count).Select(value)];

    private static Tensor Make(DType dtype, Shape shape, double[] values) => Tensor.From(values, shape, Device.Cpu).To(dtype);
}
