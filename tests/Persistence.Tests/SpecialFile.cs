using System.Diagnostics;
using System.Net.Sockets;

namespace DeepSharp.Tests;

/// <summary>Files that are not regular ones; on Unix.</summary>
internal static class SpecialFile
{
    internal static void MakePipe(string path)
    {
        using Process made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }

    internal static Socket MakeSocket(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    /// <summary>What <paramref name="read"/> makes of a pipe that the bytes of a file come out of.</summary>
    internal static T Through<T>(string pipe, string file, Func<string, T> read)
    {
        MakePipe(pipe);
        Task writing = Task.Run(() =>
        {
            using FileStream target = new(pipe, FileMode.Open, FileAccess.Write);
            target.Write(File.ReadAllBytes(file));
        });
        T result = read(pipe);
        Assert.True(writing.Wait(TimeSpan.FromSeconds(30)));
        return result;
    }
}
