namespace DeepSharp.Tests;

/// <summary>Memory of tensors on the CPU, as others' code sees it.</summary>
public class HostSpanTests
{
    [Fact]
    public void The_elements_are_read_and_changed_where_they_are()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3], Device.Cpu);
        Tensor row = x[1];
        Span<float> span = row.HostSpan<float>();
        Assert.Equal([4, 5, 6], span.ToArray());
        span[0] = 40;
        Assert.Equal([1, 2, 3, 40, 5, 6], x.ToArray<float>());
    }

    [Fact]
    public void What_is_elsewhere_or_scattered_or_of_another_type_is_refused()
    {
        Tensor x = Tensor.Zeros([2, 3], device: Device.Cpu);
        Assert.Contains("Contiguous()", Assert.Throws<InvalidOperationException>(() => _ = x.Transpose(0, 1).HostSpan<float>().Length).Message);
        Assert.Contains("To(Device.Cpu)", Assert.Throws<InvalidOperationException>(() => _ = x.To(Device.Emulated).HostSpan<float>().Length).Message);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => _ = x.HostSpan<double>().Length).Message);
    }
}
